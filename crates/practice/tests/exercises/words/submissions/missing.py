import wordlist
