# Nectar pays for seats in advance and grows: from 10 to 15 seats on June 16, down to 12 on June 21.
# seats, July  12 x 2.00                                =  24.00
# increase     5 x 2.00 x 15 / 30                       =   5.00
# decrease     3 x 2.00 x 10 / 30                       =  -2.00
# rooms, June  in arrears, whole: 8.00 + 3 x 1.00       =  11.00
# less rooms   from 3 to 1 on June 30, whole: 2 x 1.00  =  -2.00
# total        24.00 + 5.00 - 2.00 + 11.00 - 2.00       =  36.00
account code nectar
plan    team   from 2025-06-01
count   seats  tiered
band    from 0  unit 2.00
count   rooms  custom-tiered  unit room  timing arrears  total whole  debit whole  credit whole
band    from 0  unit 1.00  fixed 8.00
seats   seats  2025-06-01  10
seats   seats  2025-06-16  15  order PO-15
seats   seats  2025-06-21  12
seats   rooms  2025-05-01  3
seats   rooms  2025-06-30  1
bill    2025-07-01
