# Oriole is the parent of north, south and west. Its plan rates their calls as one block; west has a plan of its own.
# block     oriole 100, north 250, south 150 = 500 calls: 5.00 + 100 x 0.20 + 400 x 0.15 = 85.00
#           split by calls, 85.00 x 1/5, 1/2, 3/10                          = 17.00 + 42.50 + 25.50
# standing  oriole                                                          =  10.00
# west      standing 12.00 and 40 calls x 0.25 = 10.00                      =  22.00
# thirds    one fixed price of 1.00 for oriole, north and south, 1 file each:
#           33.3... cents each; the remaining cent goes to the owner        =   0.34 + 0.33 + 0.33
# total     85.00 + 10.00 + 22.00 + 1.00                                    = 118.00
account  code oriole
plan     group    from 2025-01-01  standing 10
price    calls    custom-tiered
band     from 0    unit 0.20  fixed 5
band     from 100  unit 0.15
price    files    stairstep
band     from 0    fixed 1
child    north
child    south
child    west
plan     own      from 2024-06-01  standing 12
price    calls    tiered
band     from 0   unit 0.25
usage    calls    2025-03-02  100
usage    calls    2025-03-03  250  account north
usage    calls    2025-03-04  150  account south
usage    calls    2025-03-05  40   account west
usage    files    2025-03-06  1
usage    files    2025-03-06  1  account north
usage    files    2025-03-06  1  account south
bill     2025-04-01
