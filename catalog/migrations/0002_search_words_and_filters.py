"""Search: known words, job titles, filters. The rows of the index are written again by `refresh_search`."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models


def hidden_text():
    return models.TextField(blank=True, default="", editable=False)


class Migration(migrations.Migration):

    dependencies = [
        ("catalog", "0001_initial"),
    ]

    operations = [
        migrations.DeleteModel("SearchEntry"),
        migrations.RenameField("occupation", "search_words", "search_lemmas"),
        migrations.AddField("occupation", "near_codes", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), default=list, size=None, verbose_name="métiers proches")),
        migrations.AddField("certification", "search_lemmas", hidden_text()),
        migrations.AddField("training", "search_lemmas", hidden_text()),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("session", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="search_entry", serialize=False, to="catalog.session")),
                ("training", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="search_entries", to="catalog.training")),
                ("fold_key", models.BigIntegerField()),
                ("facets", models.BigIntegerField()),
                ("is_remote", models.BooleanField()),
                ("is_permanent", models.BooleanField()),
                ("level", models.PositiveSmallIntegerField(null=True)),
                ("latitude", models.FloatField(null=True)),
                ("longitude", models.FloatField(null=True)),
                ("starts_on", models.DateField()),
                ("available_until", models.DateField()),
                ("registration_starts_on", models.DateField(null=True)),
                ("registration_ends_on", models.DateField(null=True)),
                ("fundable_until", models.DateField(null=True)),
                ("price_cents", models.PositiveIntegerField(null=True)),
                ("hours_minutes", models.PositiveIntegerField(null=True)),
                ("commune_code", models.CharField(blank=True, default="", max_length=5)),
                ("department_code", models.CharField(blank=True, default="", max_length=3)),
                ("region_code", models.CharField(blank=True, default="", max_length=3)),
                ("town_key", models.CharField(blank=True, default="", max_length=80)),
                ("organisation_key", models.CharField(blank=True, default="", max_length=250)),
                ("subject", django.contrib.postgres.search.SearchVectorField()),
                ("document", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "verbose_name": "entrée de recherche",
                "verbose_name_plural": "entrées de recherche",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["document"], name="catalog_search_document"),
                    models.Index(fields=["latitude", "longitude"], name="catalog_search_position"),
                    models.Index(fields=["region_code", "department_code"], name="catalog_search_area"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("form", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("lemma", models.CharField(db_index=True, max_length=60)),
                ("family", models.CharField(db_index=True, max_length=60)),
                ("weight", models.PositiveIntegerField()),
                ("is_name", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "mot connu",
                "verbose_name_plural": "mots connus",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["form"], name="catalog_search_word_trigrams", opclasses=["gin_trgm_ops"]),
                ],
            },
        ),
        migrations.CreateModel(
            name="JobTitle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=250)),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                ("occupation", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="job_titles", to="catalog.occupation")),
            ],
            options={
                "verbose_name": "appellation",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["words"], name="catalog_job_title_words"),
                ],
            },
        ),
    ]
