"""PDF documents: tagged, in French, deterministic, and impossible to break with what people type."""

import io
from datetime import UTC, date, datetime

import pytest
from django.template import TemplateDoesNotExist
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from cpa_portal.kernel.money import format_euros
from cpa_portal.kernel.pdf import PDFRenderingError, render_pdf
from cpa_portal.kernel.pdf.alphabet import KNOWN, is_drawn, reduced

TEMPLATE = """
#import "/pdf/house.typ": data, house
#show: house
= Titulaire
#data.name
#table(columns: 2, table.header[Droit][Solde], ..data.rows.flatten())
"""
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of templates with the house's own file, as the project's folder has."""
    from django.conf import settings as django_settings

    folder = tmp_path_factory.mktemp("templates")
    (folder / "pdf").mkdir()
    house = django_settings.BASE_DIR / "templates" / "pdf" / "house.typ"
    (folder / "pdf" / "house.typ").write_text(house.read_text())
    (folder / "certificate.typ").write_text(TEMPLATE)
    return folder


@pytest.fixture
def templates(folder, settings):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [folder], "APP_DIRS": False}]
    return folder


def render(name="Camille Martin", **changes):
    data = {"name": name, "rows": [["CPF", format_euros(123_456)]]}
    return render_pdf(
        "certificate.typ", data, **{"title": "Attestation de droits", "created_at": NOON, **changes}
    )


def read(document):
    reader = PdfReader(io.BytesIO(document))
    return reader, "\n".join(page.extract_text() for page in reader.pages)


def tags(element):
    """The structure types of a tagged document, in reading order."""
    element = element.get_object()
    kids = element.get("/K", [])
    kids = kids if isinstance(kids, list) else [kids]
    below = [tag for kid in kids if hasattr(kid.get_object(), "get") for tag in tags(kid)]
    return ([str(element["/S"])] if "/S" in element else []) + below


def test_render_pdf_is_tagged_french_and_titled(templates):
    reader, text = read(render())
    catalog = reader.trailer["/Root"]

    structure = tags(catalog["/StructTreeRoot"])
    assert catalog["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a PDF boolean
    assert catalog["/Lang"] == "fr-FR"
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert reader.metadata.title == "Attestation de droits"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in catalog["/Metadata"].get_object().get_data().replace(
        b" ", b""
    )
    assert {"/Title", "/H1", "/Table", "/TH", "/TD"} <= set(structure)
    assert structure.index("/H1") < structure.index("/Table")
    assert "Camille Martin" in text
    assert format_euros(123_456) in text
    assert "Page 1 sur 1" in text


def test_render_pdf_uses_no_font_of_the_machine(templates):
    reader, _ = read(render())

    fonts = {
        font.get_object()["/BaseFont"].split("+")[1]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }

    assert fonts
    assert all(name.startswith(("LibertinusSerif", "NewCM", "DejaVuSansMono")) for name in fonts)


def test_render_pdf_at_the_same_instant_gives_the_same_bytes(templates):
    assert render() == render()
    assert read(render())[0].metadata.creation_date == NOON


@pytest.mark.parametrize(
    "typed",
    ["*gras* _italique_ #sys.inputs", '#read("/pdf/house.typ")', "$x^2$ @ref <label> `code`", '"]}); #panic()',
     "= Titre", "\\u{41} ~ -- ...", "<script>&amp;", "// commentaire /* long */"],
)  # fmt: skip
def test_render_pdf_what_people_type_is_shown_as_it_is(templates, typed):
    _, text = read(render(typed))

    assert typed in text


@pytest.mark.parametrize(
    "name", ["Łódź Ğülşen Œuvrard Nguyễn", "O’Connor-D'Angelo", "Жуков", "Παπαδόπουλος", "עברית", "محمد"]
)
def test_render_pdf_names_of_the_world_are_drawn(templates, name):
    _, text = read(render(name))

    assert "\ufffd" not in text


@pytest.mark.parametrize(
    "name", ["王小明 Martin", "Camille 😀 Martin", "Camille\x00\x1b Martin", "\ud800 Martin"]
)
def test_render_pdf_sign_without_glyph_does_not_prevent_the_document(templates, name):
    _, text = read(render(name))

    assert "Martin" in text
    assert "\ufffd" in text


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.text(max_size=40))
def test_render_pdf_any_text_gives_a_document(templates, name):
    assert render(name).startswith(b"%PDF")


def test_alphabet_is_drawn_whole_by_the_embedded_fonts(templates):
    signs = [chr(code) for block in KNOWN for code in block if is_drawn(chr(code))]
    # One sign a cell, so that none joins its neighbour.
    (templates / "alphabet.typ").write_text(
        '#import "/pdf/house.typ": data, house\n#show: house\n#data.map(sign => [#sign]).join([ ])\n'
    )

    document = render_pdf("alphabet.typ", signs, title="Alphabet", created_at=NOON)

    # Nothing was replaced: the document made from the reduced data is the same.
    assert reduced(signs) == signs
    assert len(PdfReader(io.BytesIO(document)).pages) > 1


def test_render_pdf_dates_and_numbers_reach_the_template(templates):
    (templates / "facts.typ").write_text(
        '#import "/pdf/house.typ": data, house\n#show: house\n#data.on #str(data.count + 1) #data.missing\n'
    )

    _, text = read(render_pdf("facts.typ", {"on": date(2027, 3, 1), "count": 41, "missing": None}, title="T"))

    assert "2027-03-01 42" in text


@pytest.mark.parametrize(
    "source",
    [
        "#panic(sys.inputs.data)",
        '#import "/pdf/house.typ": data, house\n#show: house\n#data.nir',
        "#(",
        "= No house",
    ],
)
def test_render_pdf_faulty_template_says_where_and_quotes_no_data(templates, source):
    (templates / "faulty.typ").write_text(source)

    with pytest.raises(PDFRenderingError) as failure:
        render_pdf("faulty.typ", {"name": "Camille Martin"}, title="Attestation")

    assert "faulty.typ" in str(failure.value)
    assert "Camille" not in str(failure.value)
    assert failure.value.__cause__ is None


def test_render_pdf_image_without_alternative_text_is_refused(templates):
    (templates / "image.typ").write_text(
        '#import "/pdf/house.typ": data, house\n#show: house\n'
        '#image(bytes("<svg xmlns=\\"http://www.w3.org/2000/svg\\" width=\\"9\\" height=\\"9\\"/>"), format: "svg")\n'
    )

    with pytest.raises(PDFRenderingError):
        render_pdf("image.typ", {}, title="Image")


@pytest.mark.parametrize("source", ['#read("/etc/passwd")', '#read("../../etc/passwd")'])
def test_render_pdf_template_reads_nothing_beyond_its_folder(templates, source):
    (templates / "outside.typ").write_text(source)

    with pytest.raises(PDFRenderingError):
        render_pdf("outside.typ", {}, title="Dehors")


def test_render_pdf_unknown_template_is_named(templates):
    with pytest.raises(TemplateDoesNotExist, match="nowhere"):
        render_pdf("nowhere.typ", {}, title="T")
