from django.contrib.staticfiles.apps import StaticFilesConfig


class PortalStaticFilesConfig(StaticFilesConfig):
    """Leaves aside what the DSFR ships and no page links: its parts one by one, and what old browsers needed.

    Hashing and compressing them took most of the setting up.
    """

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "dsfr/dist/component/*",
        "dsfr/dist/layout/*",
        "dsfr/dist/core/*",
        "dsfr/dist/analytics/*",
        "dsfr/dist/scheme/*",
        "dsfr/dist/legacy/*",
        "dsfr/dist/utility/icons/*",
        "dsfr/dist/utility/pictograms/*",
        "dsfr/dist/utility/colors/*",
        "dsfr/dist/patterns/*",
        "*.legacy.*",
        "*.nomodule.*",
        "dsfr/dist/*.print.*",
        "dsfr/dist/dsfr.css",
        "dsfr/dist/dsfr.min.css",
        "dsfr/dist/utility/utility.css",
        "dsfr/dist/utility/utility.min.css",
        "dsfr/dist/*.main.css",
        "dsfr/dist/*.module.js",
        "django-dsfr/*",
        # The API answers JSON only.
        "rest_framework/*",
        "*.map",
    ]
