"""Plans made of what devices run, and carried out wave by wave."""
