"""What every room uses: numbers, texts, files, tables."""
