# Lumen changes its storage plan on October 16, from euros to pounds, and has more CPU hours taken back than used.
# basic  20.00 x 15 / 31 = 9.677... = 9.68 EUR   x 1.0837 = 10.490216 = 10.49 USD
#        333 x 0.02 = 6.66 EUR                   x 1.0837 =  7.217442 =  7.22 USD
# pro    50.00 x 16 / 31 = 25.806... = 25.81 GBP x 1.2745 = 32.894845 = 32.89 USD
#        400 x 0.015 = 6.00 GBP                  x 1.2745 =  7.647    =  7.65 USD
# cpu    100 - 250 = -150 x 0.04                                      = -6.00 USD
# total  10.49 + 7.22 + 32.89 + 7.65 - 6.00                           = 52.25 USD
account code lumen
currency GBP
rate    EUR USD 1.0837
rate    GBP USD 1.2745
rate    USD EUR 0.9
plan    basic  from 2025-01-01  to 2025-10-16  currency EUR  standing 20.00
price   gigabytes  tiered
band    from 0  unit 0.02
plan    pro  from 2025-10-16  currency GBP  standing 50.00
price   gigabytes  tiered
band    from 0  unit 0.015
plan    cpu  from 2025-01-01  product Compute
price   hours  volume
band    from 0    unit 0.04
band    from 500  unit 0.03
usage   gigabytes  2025-10-15T23:59:59Z  333
usage   gigabytes  2025-10-16            400
usage   hours      2025-10-02            100
usage   hours      2025-10-03            -250
bill    2025-11-01
