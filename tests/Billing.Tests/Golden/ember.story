# Ember is billed on the last day of each month, in Berlin, and is on its plan from February 4 to 17 only.
# standing  14 of the 28 days from January 31 to February 28: 99.99 / 2 = 49.995, half up =  50.00
# exports   25.00 + 20.5 x 1.50 = 25.00 + 30.75                                           =  55.75
# total     50.00 + 55.75                                                                 = 105.75
organization timezone Europe/Berlin  monthEpoch 2025-01-31
account code ember
plan    trial  from 2025-02-03T23:00:00Z  to 2025-02-17T23:00:00Z  standing 99.99
price   exports  custom-volume
band    from 0   unit 2.00  fixed 10.00
band    from 20  unit 1.50  fixed 25.00
usage   exports  2025-02-03T22:59:59Z  8      # not yet on the plan
usage   exports  2025-02-03T23:00:00Z  12.5
usage   exports  2025-02-17T22:59:59Z  8
usage   exports  2025-02-17T23:00:00Z  70     # no longer on the plan
bill    2025-02-28
