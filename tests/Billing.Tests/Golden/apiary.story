# Apiary starts inside April on a plan in euros and pays in dollars: the worked bill of docs/how-a-bill-is-made.md.
# April  90.00 x 20 / 30                  =  60.00 EUR x 1.10 =  66.00 USD
# May    90.00, in advance                =  90.00 EUR x 1.10 =  99.00 USD
# calls  1,000 x 0.10                     = 100.00 EUR
#        5.00 + 500.5 x 0.08 = 5 + 40.04  =  45.04 EUR
#                                           145.04 EUR x 1.10 = 159.544 = 159.54 USD
# total  66.00 + 99.00 + 159.54           = 324.54 USD
account code apiary
rate    EUR USD 1.10
plan    standard  from 2025-04-11  currency EUR  standing 90.00  timing advance
price   calls  custom-tiered
band    from 0     unit 0.10
band    from 1000  unit 0.08  fixed 5.00
usage   calls  2025-04-10  99        # the day before the plan
usage   calls  2025-04-11  1000
usage   calls  2025-04-30  500.5
bill    2025-05-01
