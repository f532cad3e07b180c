from catalog.models.certification import Certification, CertificationBlock, Occupation
from catalog.models.geography import Commune, Department, Region
from catalog.models.imports import ImportedTraining, ImportFinding, ImportRun
from catalog.models.offer import Action, Organisation, Place, Session, Training
from catalog.models.search import JobTitle, SearchEntry, SearchWord

__all__ = [
    "Action",
    "Certification",
    "CertificationBlock",
    "Commune",
    "Department",
    "ImportFinding",
    "ImportRun",
    "ImportedTraining",
    "JobTitle",
    "Occupation",
    "Organisation",
    "Place",
    "Region",
    "SearchEntry",
    "SearchWord",
    "Session",
    "Training",
]
