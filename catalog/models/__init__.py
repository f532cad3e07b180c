from catalog.models.certification import Certification, CertificationBlock, Occupation
from catalog.models.declared import DeclaredOrganisation
from catalog.models.geography import Commune, Department, Region
from catalog.models.imports import ImportedTraining, ImportFinding, ImportOrder, ImportRun
from catalog.models.kept import KeptTraining, KnownResult, SavedSearch
from catalog.models.offer import Action, Organisation, Place, Session, Training
from catalog.models.search import JobTitle, SearchEntry, SearchWord
from catalog.models.skill import Skill
from catalog.models.watch import SignReview, TrainingReport

__all__ = [
    "Action",
    "Certification",
    "CertificationBlock",
    "Commune",
    "DeclaredOrganisation",
    "Department",
    "ImportFinding",
    "ImportOrder",
    "ImportRun",
    "ImportedTraining",
    "JobTitle",
    "KeptTraining",
    "KnownResult",
    "Occupation",
    "Organisation",
    "Place",
    "Region",
    "SavedSearch",
    "SearchEntry",
    "SearchWord",
    "Session",
    "SignReview",
    "Skill",
    "Training",
    "TrainingReport",
]
