"""Life stages: signs learned from customers whose lives are known, and what they are worth.

``labelled`` are such customers, ``usual`` what customers buy in general, ``cases`` lives around a
change, ``selection`` the signs that tell it, ``fitting`` the whole table; ``watching`` asks week by
week, ``judging`` says how soon and how surely a change is seen, ``report`` writes it down.
"""
