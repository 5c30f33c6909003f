# Noria consolidates its bills: on April 1, a monthly plan in arrears, a quarterly plan in advance and two charges meet.
# The support contract began on February 10 and limits its plan, and only calls from UK count for it.
# basic     standing charge, March                                          =  20.00
# support   quarterly in arrears: 90.00 x 50 / 90 (February 10 to March 31) =  50.00
#           calls from UK since February 10: 300 x 0.10                     =  30.00
# setup     3 x 33.335 = 100.005                                            = 100.01
# goodwill                                                                  = -15.00
# total                                                                     = 185.01
organization consolidate yes
account code noria  order PO-1
contract care     from 2025-02-10  to 2026-02-10  limits yes  order PO-9  include site=UK
plan     basic    from 2025-01-01  standing 20
plan     support  from 2025-01-01  standing 90  interval 3  product Support  contract care
price    calls    tiered
band     from 0   unit 0.10
charge   setup    units 3  price 33.335  date 2025-04-01  from 2025-03-01  to 2025-04-01
charge   goodwill amount -15  date 2025-04-01  contract care
usage    calls    2025-02-01  1000  site UK
usage    calls    2025-02-10  100   site UK
usage    calls    2025-03-10  200   site UK
usage    calls    2025-03-11  700   site DE
bill     2025-04-01
