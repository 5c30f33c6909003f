# Brook is billed every second Monday in London. Clocks go forward on March 30, so its fortnight ends at 23:00 UTC.
# standing  14 of 14 days                        =  14.00
# calls     700 + 800 = 1,500, all at 0.008      =  12.00
# storage   10 is still in the band up to 10     =   5.00
# returns   40 - 100 = -60 x 0.50, nothing fixed = -30.00
# total     14.00 + 12.00 + 5.00 - 30.00         =   1.00
organization timezone Europe/London
account code brook
plan    fortnightly  from 2024-01-01  frequency WEEKLY  interval 2  standing 14.00
price   calls  volume
band    from 0     unit 0.01
band    from 1000  unit 0.008
price   storage  stairstep
band    from 0   fixed 5
band    from 10  fixed 9
band    from 50  fixed 30
price   returns  custom-volume
band    from 0  unit 0.50  fixed 3
usage   calls    2025-03-16T23:59:59Z  900     # the fortnight before
usage   calls    2025-03-17            700
usage   calls    2025-03-30T22:59:59Z  800
usage   calls    2025-03-30T23:00:00Z  5000    # the fortnight after
usage   storage  2025-03-20            10
usage   returns  2025-03-21            40
usage   returns  2025-03-22            -100
bill    2025-03-31
