"""netinv: investigate smuggling networks in Neo4j.

```python
import netinv

case = netinv.open("demo")
result = case.run("find-rings", window=30)
result.frame()
result.save("rings.html")
```
"""

from netinv.api import open, version
from netinv.errors import NetinvError

__all__ = ["NetinvError", "open", "version"]
