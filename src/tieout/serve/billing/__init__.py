"""purchase and sales lines -> the Billing API."""
