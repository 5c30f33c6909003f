# Mesa is billed every ten days, in advance, and starts on February 24, inside the ten days from February 20.
# before  7.77 x 6 / 10 = 4.662 =  4.66
# ahead   March 2 to 11         =  7.77
# seats   8 of the band above 5 = 12.00
# total   4.66 + 7.77 + 12.00   = 24.43
account code mesa
plan    ten-days  from 2025-02-24  frequency DAILY  interval 10  standing 7.77  timing advance
price   seats  stairstep
band    from 0   fixed 7.00
band    from 5   fixed 12.00
band    from 20  fixed 40.00
usage   seats  2025-02-28  8
bill    2025-03-02
