# Gorge pays by region, and for all other regions together. Without usage a region counts as 0.
# UK     0 x 1.00 + 5.00         =  5.00
# US    12 x 0.80                =  9.60
# other  3.00 + 4 x 2.00         = 11.00
# total  5.00 + 9.60 + 11.00     = 25.60
account code gorge
measure sites  unit site  field region  segments UK,US,*  default 0
plan    regional  from 2025-01-01
price   sites  custom-tiered  segment *
band    from 0  unit 2.00  fixed 3.00
price   sites  tiered  segment US
band    from 0  unit 0.80
price   sites  custom-tiered  segment UK
band    from 0  unit 1.00  fixed 5.00
usage   sites  2025-03-02  5  segment US
usage   sites  2025-03-31  7  segment US
usage   sites  2025-03-09  4  segment *
usage   sites  2025-04-01  9  segment UK    # April
bill    2025-04-01
