"""Where the tables that come with the catalogue are. Their sources and licences: catalog/data/SOURCES.md."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "data"
COMMUNES = FOLDER / "communes.csv.gz"
REGIONS = FOLDER / "regions.csv"
DEPARTMENTS = FOLDER / "departements.csv"
OCCUPATIONS = FOLDER / "occupations.csv"
CERTIFICATIONS = FOLDER / "certifications.csv"
CERTIFICATION_BLOCKS = FOLDER / "certification_blocks.csv"
SKILLS = FOLDER / "skills.csv"
SYNONYMS = FOLDER / "synonyms.csv"
