"""Variables of templates: declared, used, sampled."""
