from prices_helper import nothing
