# Juniper's currency has five places and rounds up, away from zero; its quantities have as many digits as there can be.
# atoms    12,345,678,901.23456789012345678 x 0.000000123456789 = 1,524.157875171467...  =  1,524.15788
# credits  -0.000001 x 1                                                                 =     -0.00001
# grains   1,234,567,890,123,456,789,012,345,678 x 10 to the -23 = 12,345.6789012345...  = 12,345.67891
# thirds   10 / 3 = 3.333... x 0.07 = 0.23333...                                         =      0.23334
# total    1,524.15788 - 0.00001 + 12,345.67891 + 0.23334                                = 13,870.07012
organization currency CRD
account code juniper
currency CRD  places 5  mode UP
measure thirds  per 3
plan    exact  from 2025-01-01  currency CRD
price   atoms  tiered
band    from 0  unit 0.000000123456789
price   credits  tiered
band    from 0  unit 1
price   grains  tiered
band    from 0  unit 0.00000000000000000000001
price   thirds  tiered
band    from 0  unit 0.07
usage   atoms    2025-03-03  12345678901.23456789012345678
usage   credits  2025-03-04  -0.000001
usage   grains   2025-03-05  1234567890123456789012345678
usage   thirds   2025-03-06  10
bill    2025-04-01
