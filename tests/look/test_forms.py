import pytest
from django import forms
from lxml import html as lxml_html

from cpa_portal.kernel.theme.forms import form_view
from tests.look.sample_pages import SampleForm
from tests.look.test_template_tags import rendered

SENT = {
    "name": "Nom déjà écrit",
    "secret": "mot de passe",
    "reason": "other",
    "place": "2B033",
    "born_on_day": "31",
    "born_on_month": "2",
    "born_on_year": "1955",
    "key": "clé",
}


def page_of(form: forms.Form) -> lxml_html.HtmlElement:
    return lxml_html.fromstring(f"<main>{rendered('{% form_fields form %}', form=form)}</main>")


def test_form_fields_without_data_show_no_summary():
    page = page_of(SampleForm())

    assert not page.xpath("//*[@id='form-problems']")
    assert not page.xpath("//*[@aria-invalid]")


def test_form_fields_every_field_has_its_label():
    page = page_of(SampleForm())

    fields = [
        field for field in page.iter("input", "select", "textarea") if field.get("type") not in {"hidden"}
    ]
    labelled = {label.get("for") for label in page.iter("label")}
    assert len(fields) == 14
    assert {field.get("id") for field in fields} <= labelled


def test_form_fields_errors_are_summarised_with_links_to_fields_that_exist():
    page = page_of(SampleForm(SENT))

    links = page.xpath("//*[@id='form-problems']//li/a")
    assert [link.text_content().split(" : ")[0] for link in links] == ["Né le", "J'ai lu ce qui précède"]
    for link in links:
        target = page.get_element_by_id(link.get("href").removeprefix("#"))
        assert target.tag in {"input", "select"}


def test_form_fields_error_is_repeated_beside_its_field_and_read_with_it():
    page = page_of(SampleForm({**SENT, "name": ""}))

    field = page.get_element_by_id("id_name")
    hint, messages = field.get("aria-describedby").split()
    assert field.get("aria-invalid") == "true"
    assert page.get_element_by_id(hint).text_content() == "Comme sur votre pièce d'identité"
    assert page.get_element_by_id(messages).text_content() == "Ce champ est obligatoire."


def test_form_fields_keep_what_was_typed_but_never_a_password():
    page = page_of(SampleForm(SENT))

    assert page.get_element_by_id("id_name").get("value") == "Nom déjà écrit"
    assert page.get_element_by_id("id_reason_1").get("checked") is not None
    assert page.get_element_by_id("id_born_on_day").xpath("option[@selected]")[0].get("value") == "31"
    assert page.get_element_by_id("id_secret").get("value") is None


def test_form_fields_hidden_field_error_is_told_without_a_link():
    page = page_of(SampleForm({**SENT, "key": ""}))

    first = page.xpath("//*[@id='form-problems']//li")[0]
    assert first.text_content() == "Ce champ est obligatoire."
    assert not first.findall("a")


def test_form_fields_general_error_comes_first():
    form = SampleForm(SENT)
    form.add_error(None, "Ce créneau vient d'être pris.")

    view = form_view(form)

    assert view.problems[0].message == "Ce créneau vient d'être pris."
    assert view.problems[0].target == ""


def test_form_fields_optional_field_says_so_and_required_does_not():
    page = page_of(SampleForm())

    labels = {label.get("for"): label.text_content() for label in page.iter("label")}
    assert labels["id_story"] == "Votre projet (facultatif)"
    assert labels["id_name"] == "Nom de naissance"


def test_form_fields_placeholder_gives_way_to_the_label():
    class WithPlaceholder(forms.Form):
        email = forms.EmailField(label="Adresse", widget=forms.EmailInput({"placeholder": "Adresse"}))

    page = page_of(WithPlaceholder())

    assert page.get_element_by_id("id_email").get("placeholder") is None


@pytest.mark.parametrize("label", ["<script>alert(1)</script>", "A & B"])
def test_form_fields_label_and_value_are_escaped(label):
    class Hostile(forms.Form):
        field = forms.ChoiceField(label=label, choices=[(label, label)], widget=forms.RadioSelect)

    html = rendered("{% form_fields form %}", form=Hostile({"field": label}))

    assert label not in html
