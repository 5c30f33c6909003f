# Harbor is billed each quarter in yen, which have no places and round halves to even. Its standing charge is for half
# a year, on the second bill and every second one after it.
# standing  250.00 USD, 181 of 181 days         x 151.37 = 37,842.5   = 37,842 JPY
# berths    1,234 x 0.05 = 61.70 USD            x 151.37 =  9,339.529 =  9,340 JPY
# total     37,842 + 9,340                                            = 47,182 JPY
organization invoice last-day
account code harbor  currency JPY  due 14  order PO-2025-77
currency JPY  places 0  mode HALF_EVEN
rate    USD JPY 151.37
plan    quarterly  from 2025-01-01  interval 3  standing 250.00  every 2  offset 1
price   berths  volume
band    from 0  unit 0.05
usage   berths  2025-03-31  1000     # the first quarter
usage   berths  2025-04-01  1200
usage   berths  2025-06-30  34
bill    2025-07-01
