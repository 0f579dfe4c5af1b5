"""Made-up sites, run by one policy after another: what plans are worth, and whether they hold."""
