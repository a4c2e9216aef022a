"""Forms that are the same for every order of a page but for its number."""

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token

register = template.Library()

_PLACE = "\ue000"  # for private use: no text of ours has it


@register.tag
def numbered(parser: Parser, token: Token) -> template.Node:
    """What stands up to `endnumbered`, made once a page and repeated with each order's number as `number`.

    `{% numbered order.glu_id where %}`: whatever else it says of a row is named after the number.
    """
    number, *others = map(parser.compile_filter, token.split_contents()[1:])
    nodes = parser.parse(("endnumbered",))
    parser.delete_first_token()
    return _Numbered(number, others, nodes)


class _Numbered(template.Node):
    child_nodelists = ("nodes",)

    def __init__(self, number: FilterExpression, others: list[FilterExpression], nodes: NodeList) -> None:
        self.number, self.others, self.nodes = number, others, nodes

    def render(self, context: template.Context) -> str:
        """What stands in it, with this order's number."""
        made = context.dicts[0].setdefault("numbered", {})  # the bottom is the page's, whatever is included in it
        key = (self, *(other.resolve(context) for other in self.others))
        if key not in made:
            with context.push(number=_PLACE):
                made[key] = self.nodes.render(context)
        return str(made[key].replace(_PLACE, str(self.number.resolve(context))))
