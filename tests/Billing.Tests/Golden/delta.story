# Delta is billed by the year in New York from a February 29; without one the year ends on February 28.
# standing  365 days from 2024-02-29 to 2025-02-28, of which 1 + 31 + 30 = 62 passed before May 1, so 303 are left:
#           1,200.00 x 303 / 365 = 996.164...              =    996.16
# jobs      500,000 x 0.015 + 500,000 x 0.010              = 12,500.00
# total     996.16 + 12,500.00                             = 13,496.16
organization timezone America/New_York  yearEpoch 2024-02-29
account code delta
plan    yearly  from 2024-05-01T04:00:00Z  frequency ANNUALLY  standing 1200.00
price   jobs  tiered
band    from 0       unit 0.015
band    from 500000  unit 0.010
usage   jobs  2024-06-01            400000
usage   jobs  2025-02-28T04:59:59Z  600000   # a second before midnight
usage   jobs  2025-02-28T05:00:00Z  123      # the next year
bill    2025-02-28
