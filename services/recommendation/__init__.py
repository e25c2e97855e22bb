"""What should be said to this customer now?"""
