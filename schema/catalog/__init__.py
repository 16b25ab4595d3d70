"""The catalog: what shoppers browse and staff keep."""
