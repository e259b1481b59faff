"""Make the pictures of the READMEs from a real bake, app, browser and terminal."""
