"""Holidays and the law's periods as the house keeps and shows them."""
