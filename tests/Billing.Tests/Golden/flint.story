# Flint's price changes three times in June: an offer of its plan hides the template's price for ten days, and the
# template has a new price from June 25. Each part starts at its first band.
# June  1-10  50 x 0.10             =  5.00
# June 10-20  60 x 0.30, the offer  = 18.00
# June 20-25  70 x 0.10             =  7.00
# June 25-30  100 x 0.12 + 50 x 0.06 = 15.00
# total                             = 45.00
account code flint
plan    basic  from 2025-01-01
price   calls  tiered  of template  to 2025-06-25
band    from 0  unit 0.10
price   calls  tiered  of template  from 2025-06-25
band    from 0    unit 0.12
band    from 100  unit 0.06
price   calls  tiered  from 2025-06-10  to 2025-06-20
band    from 0  unit 0.30
usage   calls  2025-06-01            20
usage   calls  2025-06-09T23:59:59Z  30
usage   calls  2025-06-10            60
usage   calls  2025-06-20            70
usage   calls  2025-06-25            90
usage   calls  2025-06-30            60
bill    2025-07-01
