# Quartz's tiers count from the start of its plan. 700 messages until April, 500 in May: from 700 to 1,200.
# messages  300 x 0.05 + 4.00 + 200 x 0.03 = 15.00 + 4.00 + 6.00  = 25.00
# peak      the peaks of March, April and May add up: 6 + 3 before, 4 now: from 9 to 13
#           1 x 2.00 + 3 x 1.00                                   =  5.00
# total     25.00 + 5.00                                          = 30.00
account code quartz
measure peak   unit user  method MAX
plan    growth    from 2025-03-01
price   messages  custom-tiered  spans plan
band    from 0     unit 0.05
band    from 1000  unit 0.03  fixed 4.00
price   peak      tiered  spans plan
band    from 0     unit 2.00
band    from 10    unit 1.00
usage   messages  2025-03-02  500
usage   messages  2025-04-02  200
usage   messages  2025-05-02  500
usage   peak      2025-03-11  6
usage   peak      2025-03-12  5
usage   peak      2025-04-11  3
usage   peak      2025-05-11  4
bill    2025-06-01
