# Ochre's commitment of 120.00 ends in the middle of its usage: the rest is a line of its own at overage prices.
# calls     1,000 x 0.10 + 400 x 0.05                                            =   120.00  (1,400 of 3,000)
# overage   600 x 0.20 (up to the 2,000th) + 1,000 x 0.30                        =   420.00
# consumed  all of the commitment                                                =  -120.00
# balance   ended on January 16; 100.00 of what was left rolled over until April.
#           standing charge of 31.00: 15.00 before its end, 16.00 from the rollover
#           overage, measured on January 20: 84.00, the rest of the rollover     =  -115.00
# total     31.00 + 120.00 + 420.00 - 120.00 - 115.00                            =   336.00
account code ochre
plan    basic  from 2025-01-01  standing 31.00
price   calls  tiered
band    from 0     unit 0.10
band    from 1000  unit 0.05
band    from 0     unit 0.20  overage yes
band    from 2000  unit 0.30  overage yes
usage   calls  2025-01-20  3000
commitment prepaid  from 2025-01-01  to 2026-01-01  amount 120.00  types USAGE  separate yes
balance    old      from 2024-01-01  to 2025-01-16  until 2025-04-01  rollover 100.00
credit     old      on 2024-01-01  amount 500.00
bill    2025-02-01
