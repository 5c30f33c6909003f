# Opal has two plans as a group that costs at least 200.00 EUR in all, in advance, and is billed in USD.
# disks    110.00 USD                               x 1     =  110.00 USD   = 88.00 EUR for the minimum
# cores    40.00 EUR, at least 60.00 x 28 / 28: 20.00 EUR
#          40.00 x 1.25                                     =   50.00 USD
#          20.00 x 1.25                                     =   25.00 USD
# group    standing charge in arrears: 12.00 EUR    x 1.25  =   15.00 USD
#          minimum for March: 200.00 EUR            x 1.25  =  250.00 USD
#          refund for February, 88.00 + 40.00 + 20.00 = 148.00 EUR of 200.00: -148.00 x 1.25 = -185.00 USD
# total    110.00 + 50.00 + 25.00 + 15.00 + 250.00 - 185.00 =  265.00 USD
account code opal
rate    EUR USD 1.25
rate    USD EUR 0.8
group   whole   from 2025-01-01  currency EUR  standing 12.00  minimum 200.00  minimum-timing advance
plan    disks   product Disks  group whole  minimum 500.00    # does not apply within the group
price   disks   tiered
band    from 0  unit 0.10
plan    cores   product Cores  group whole  currency EUR
price   cores   tiered  minimum 60.00
band    from 0  unit 4.00
usage   disks   2025-02-03  1100
usage   cores   2025-02-04  10
bill    2025-03-01
