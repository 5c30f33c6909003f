# Kestrel starts in Los Angeles at 11:00 on March 9, a day of 23 hours of which 10 have passed.
# standing  8 days and 10/23 of a day are missing of 31: 31.00 x (22 + 13/23) / 31 = 22.565... = 22.57
# alerts    30 x 0.10                                                                         =  3.00
# total     22.57 + 3.00                                                                      = 25.57
organization timezone America/Los_Angeles
account code kestrel
plan    monthly  from 2025-03-09T18:00:00Z  standing 31.00
price   alerts  tiered
band    from 0  unit 0.10
usage   alerts  2025-03-09T17:59:59Z  1000   # not yet on the plan
usage   alerts  2025-03-09T18:00:00Z  10
usage   alerts  2025-04-01T06:59:59Z  20
usage   alerts  2025-04-01T07:00:00Z  500    # April
bill    2025-04-01
