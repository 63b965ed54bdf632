"""report rows -> the Reporting API."""
