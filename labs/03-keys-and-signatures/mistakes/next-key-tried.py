# fails: open
# Goes on to the next key where the text does not open: which letter opens depends on the program.

# %% task="open"
def open_envelope(private_key, envelope, header):
    for wrapped in envelope[0]:
        try:
            return decrypt(unwrap_key(private_key, wrapped), envelope[1], header)
        except ValueError:
            continue
    raise ValueError("nothing opens this letter")
