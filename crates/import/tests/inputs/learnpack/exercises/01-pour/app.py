# write it here
