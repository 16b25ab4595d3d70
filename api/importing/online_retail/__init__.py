"""The Online Retail data: every invoice line of a gift shop, 2010-12-01 to 2011-12-09.

``lines`` reads and checks a line, ``goods`` makes products of codes, ``categories`` and
``countries`` are its tables, ``history`` makes orders and refunds of invoices.
"""
