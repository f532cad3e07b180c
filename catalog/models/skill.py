from django.db import models

from catalog.models.certification import Occupation


class Skill(models.Model):
    """What an occupation of the ROME asks one to know: knowledge, techniques, tools (ROME, « savoirs »)."""

    code = models.CharField("code OGR", max_length=10, primary_key=True)
    label = models.CharField("intitulé", max_length=200)
    occupations = models.ManyToManyField(
        Occupation, related_name="skills", verbose_name="métiers", blank=True
    )
    # The words of its name in one form, as searches compare them: see catalog/words.py.
    search_text = models.TextField(blank=True, default="", editable=False)

    class Meta:
        verbose_name = "compétence"
        ordering = ["label", "code"]

    def __str__(self) -> str:
        return self.label
