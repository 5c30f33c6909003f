# Nimbus has paid for 5,000.00 of usage in a year, of which 4,750.00 are consumed, and pays it in monthly instalments.
# A small balance in euros covers part of the rest. What neither covers costs 10 percent more.
# standing  March in advance                                                     =   100.00
# calls     3,000 x 0.10                                                         =   300.00
# consumed  250.00 are left; the commitment is for usage only                    =  -250.00
# balance   27.00 EUR, standing charge first: 27.00 x 1.1                        =   -29.70
# surcharge 300.00 - 250.00 = 50.00 not covered, 10 percent                      =     5.00
# fee       5,000.00 / 12 = 416.67, the second of twelve                         =   416.67
# total     100.00 + 300.00 - 250.00 - 29.70 + 5.00 + 416.67                     =   541.97
account code nimbus
rate    EUR USD 1.1
rate    USD EUR 0.9
plan    cloud  from 2025-01-01  standing 100.00  timing advance
price   calls  tiered
band    from 0  unit 0.10
usage   calls  2025-02-10  3000
commitment prepaid  from 2025-01-01  to 2026-01-01  amount 5000.00  types USAGE  percent 10  plan cloud
drawn      prepaid  amount 4750.00
balance    bonus    from 2025-01-01  to 2026-01-01  currency EUR
credit     bonus    on 2025-01-01  amount 30.00
credit     bonus    on 2025-02-15  amount -3.00
bill    2025-03-01
