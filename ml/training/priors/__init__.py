"""What is typical of a shop's customers, fitted from histories, for the traits of ``profile``.

How often customers buy and when they leave, what they spend, how long gaps are, what is paid within
a category: a file of figures that the service leans on until a customer's own history speaks.
"""
