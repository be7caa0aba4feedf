x = 1

if x:
	y = "é"
	z = [y,
		w]

print(z) # 𝄞
