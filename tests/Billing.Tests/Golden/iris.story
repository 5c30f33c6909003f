# Iris started on January 1 and gets its first bill on February 15, for all the time before and for the month to come.
# before  14 of the 31 days from December 15, and the 31 days from January 15: 31.00 x (14/31 + 31/31) =  45.00
# ahead   February 15 to March 15                                                                      =  31.00
# notes   60 x 0.50 + 140 x 0.25 = 30.00 + 35.00                                                       =  65.00
# total   45.00 + 31.00 + 65.00                                                                        = 141.00
account code iris
plan    monthly  from 2025-01-01  epoch 2025-02-15  standing 31.00  timing advance
price   notes  tiered
band    from 0   unit 0.50
band    from 60  unit 0.25
usage   notes  2025-01-01            50
usage   notes  2025-01-20            50
usage   notes  2025-02-14T23:59:59Z  100
usage   notes  2025-02-15            1000    # the next bill
bill    2025-02-15
