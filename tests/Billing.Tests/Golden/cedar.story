# Cedar is billed by the day in Sydney. April 6 has 25 hours: it lasts from 13:00 UTC to 14:00 UTC of the next day.
# standing  one whole day                                 =  2.50
# requests  20,000 + 20,000 + 8,900 = 48,900 / 500 = 97.8, up to 98 units
#           50 units: 1.00 + 50 x 0.25 = 1.00 + 12.50     = 13.50  (25,000 requests)
#           48 units: 2.00 + 48 x 0.20 = 2.00 +  9.60     = 11.60  (the other 23,900)
# total     2.50 + 25.10                                  = 27.60
organization timezone Australia/Sydney
account code cedar
measure requests  per 500  rounding UP  unit 500-requests
plan    daily  from 2025-01-01  frequency DAILY  standing 2.50
price   requests  custom-tiered
band    from 0   unit 0.25  fixed 1.00
band    from 50  unit 0.20  fixed 2.00
usage   requests  2025-04-05T12:59:59Z  3000    # April 5
usage   requests  2025-04-05T13:00:00Z  20000
usage   requests  2025-04-05T15:30:00Z  20000   # 02:30, the first time
usage   requests  2025-04-05T16:30:00Z  8900    # 02:30, the second time
usage   requests  2025-04-06T14:00:00Z  7       # April 7
bill    2025-04-07
