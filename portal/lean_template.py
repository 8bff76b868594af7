"""Templates whose imports are looked up once instead of compared at every page.

Jinja asks at each import whether the template that imports knows globals that the imported one does not. Ours all have
those of the environment and no others, so the answer is always no; asking took a twelfth of a page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Template

if TYPE_CHECKING:
    from jinja2.environment import TemplateModule
    from jinja2.runtime import Context


class LeanTemplate(Template):
    """Never made with globals of its own (`get_template(…, globals=…)`): an imported template would not see them."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()
