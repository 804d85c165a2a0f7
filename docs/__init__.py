"""What makes the documents' site: `./dev docs`. No process imports it."""
