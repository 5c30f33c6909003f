# Pebble gets back what it produces itself, but not more than it pays for the product, and a bonus on all.
# power    standing 15.00 + 120 x 0.25 = 45.00; fed in: 400 x 0.20 = 80.00, limited to the 45.00
# water    90 x 0.10                          =   9.00
# bonus    6.00 of what is left, the 9.00     =  -6.00
# total    15.00 + 30.00 - 45.00 + 9.00 - 6.00 =  3.00
account code pebble
measure used  unit kWh
measure fed   unit kWh
plan    power   product Power  from 2025-01-01  standing 15.00
price   used    tiered
band    from 0  unit 0.25
price   fed     tiered  type product-credit
band    from 0  unit 0.20
plan    water   product Water  from 2025-01-01
price   liters  tiered
band    from 0  unit 0.10
price   bonus   stairstep  type global-credit
band    from 0  fixed 6.00
usage   used    2025-05-02  120
usage   fed     2025-05-03  400
usage   liters  2025-05-04  90
usage   bonus   2025-05-05  1
bill    2025-06-01
