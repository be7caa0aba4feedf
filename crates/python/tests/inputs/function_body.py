response = await client.get(url)
if response.status_code != 200:
    return None
return response.json()
