"""Static files under names that hold their hash, so that browsers may keep them for good."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites the imports between our own JavaScript modules to the hashed names.

    Django can do so for all modules or for none, and those of packages import what they do not
    ship.
    """

    _, _imports = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns
    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("ahnb/js/*.js", _imports))
